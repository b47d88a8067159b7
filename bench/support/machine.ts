/** Describes the machine of a benchmark, without naming the computer. */
import os from "node:os";

export function machine(): string {
  const processors = os.cpus();
  const model = processors[0]?.model.replace(/\(R\)|\(TM\)|CPU @.*/g, "").trim() ?? "unknown processor";
  const gibibytes = Math.round(os.totalmem() / 2 ** 30);
  const cores = `${processors.length} cores, ${gibibytes} GiB`;
  return `${model}, ${cores}; ${os.type()} ${os.release()} ${os.arch()}; Node ${process.versions.node}`;
}
