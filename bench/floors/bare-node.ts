/** A Node that has started, and says so. */
console.log("started");
