import { Directory } from "./files.js";

export const directory = new Directory();
export default directory;
