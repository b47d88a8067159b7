/** The SDK's `mc/config`: a frozen object, in which mcconfig's words are texts. It has the words of the examples. */
export default Object.freeze({
  port: "6969",
  pagePort: "0",
  operator: "127.0.0.1",
  server: "192.168.0.10",
  serverPort: "6970",
});
