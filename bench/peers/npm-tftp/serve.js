/** Serves a folder with npm's `tftp`: `node serve.js PORT FOLDER`. */
import tftp from "tftp";

const [, , port, root] = process.argv;
const server = tftp.createServer({ host: "127.0.0.1", port: Number(port), root, denyPUT: true });
server.on("error", (error) => console.error(error));
server.on("request", (request) => request.on("error", () => {}));
server.listen();
