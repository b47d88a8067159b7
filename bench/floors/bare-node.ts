/** A Node process that prints a line: the lower bound of a start. */
console.log("started");
