/** The SDK's `mc/config`: a frozen object, in which mcconfig's words are texts. */
export default Object.freeze({ port: "6969" });
