/** The conformance cases, for XS. */
export { cases } from "../../conformance/cases/index.js";
