/*
 * The SDK's UDP under the name of the project's own, for systems that do not have that one.
 */
export { default } from "embedded:io/socket/udp";
