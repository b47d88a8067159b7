/**
 * Checks the result of a scenario: every client has the right bytes, or was told why not.
 */
import { OUTCOME_SUPERSEDED } from "../../../src/index.js";
import { GetClient } from "../peers/get-client.js";
import type { Simulation } from "../simulation.js";
import type { MemoryStorage } from "../storage/memory-storage.js";
import { equalBytes } from "../wire/bytes.js";
import type { Cast } from "./cast.js";
import { plannedContent } from "./content.js";
import type { Scenario } from "./scenario.js";

/** Checks what every client holds at the end of a run. */
export function checkTruth(
  simulation: Simulation,
  scenario: Scenario,
  storage: MemoryStorage,
  cast: readonly Cast[],
): void {
  let ended = 0;
  for (const count of simulation.server.outcomes.values()) {
    ended += count;
  }
  if (ended !== simulation.server.started) {
    throw simulation.failure(`${simulation.server.started} transfers started and ${ended} ended`);
  }
  for (const each of cast) {
    if (!each.peer.isOver) {
      throw simulation.failure(`${each.plan.kind} at ${each.peer.address} never ended`);
    }
    checkBytes(simulation, scenario, storage, each);
  }
  checkVersions(simulation, scenario, storage, cast);
  checkSuccess(simulation, scenario, cast);
}

/** A client that reports success has the right bytes. */
function checkBytes(
  simulation: Simulation,
  scenario: Scenario,
  storage: MemoryStorage,
  { plan, peer, content }: Cast,
): void {
  if (peer.state !== "completed" || simulation.network.hasDamaged(peer.address)) {
    return;
  }
  if (peer instanceof GetClient) {
    const name = peer.fileName.replace(/^\//, "");
    const { content: got } = peer;
    if (isAmbiguous(simulation, scenario, storage.versions(name).length)) {
      return;
    }
    // A client that restarts on the same port may take a block of its former transfer, with other options, for its last.
    const isCutByItself = plan.options.restartsAfter !== undefined;
    // The last byte of such a file may be half of a netascii pair.
    const certain = got.subarray(0, isCutByItself ? Math.max(got.length - 1, 0) : got.length);
    const isRight = (version: Uint8Array): boolean =>
      equalBytes(isCutByItself ? version.subarray(0, certain.length) : version, certain);
    if (!storage.versions(name).some(isRight)) {
      throw simulation.failure(`${plan.kind} at ${peer.address} got ${got.length} wrong bytes of ${name}`);
    }
  }
  if (content !== undefined && !storage.versions(plan.options.name).some((version) => equalBytes(version, content))) {
    throw simulation.failure(`${peer.address} put ${plan.options.name}, and it was not stored`);
  }
}

/**
 * With a single port, a client cannot tell two transfers apart. A late copy of its request ends the first and starts a
 * second; if the file was replaced between them, the client has a part of each.
 */
function isAmbiguous(simulation: Simulation, scenario: Scenario, versions: number): boolean {
  return scenario.server.singlePort === true && versions > 1 && simulation.server.outcomes.has(OUTCOME_SUPERSEDED);
}

/** Every content that a name ever had was uploaded as a whole, or was there at the start. */
function checkVersions(
  simulation: Simulation,
  scenario: Scenario,
  storage: MemoryStorage,
  cast: readonly Cast[],
): void {
  for (const { plan, content, peer } of cast) {
    const { name } = plan.options;
    const puts = cast.filter((each) => each.content !== undefined && each.plan.options.name === name);
    if (content === undefined || puts.some((each) => simulation.network.hasDamaged(each.peer.address))) {
      continue;
    }
    const initial = scenario.files[name];
    const known = puts.map((each) => each.content as Uint8Array);
    const allowed = initial === undefined ? known : [...known, plannedContent(initial)];
    if (storage.versions(name).some((version) => !allowed.some((whole) => equalBytes(whole, version)))) {
      throw simulation.failure(
        `${name} got a content that no client uploaded; ${peer.address} is one of its uploaders`,
      );
    }
  }
}

/** In a gentle scenario every client succeeds. */
function checkSuccess(simulation: Simulation, scenario: Scenario, cast: readonly Cast[]): void {
  // A request that arrives again after progress ends the transfer that it started (docs/protocol.md, the wire table).
  if (!scenario.isGentle || simulation.server.outcomes.has(OUTCOME_SUPERSEDED)) {
    return;
  }
  for (const { plan, peer } of cast) {
    const isSuccess = peer.state === "completed" || (peer.state === "refused" && plan.kind === "raspberry pi probes");
    // EDK2 stops without a size, and the server does not tell that of an empty file.
    const isOnPurpose = peer.state === "broke off" && /Early terminate|TFTP Aborted|No size/.test(peer.reason);
    if (!isSuccess && !isOnPurpose) {
      throw simulation.failure(`${plan.kind} at ${peer.address} ${peer.state} (${peer.reason}) on a good network`);
    }
  }
}
