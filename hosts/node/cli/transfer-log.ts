/** Logs the transfers, refusals and errors of a server. */
import {
  ERROR_FILE_NOT_FOUND,
  OUTCOME_ABORTED_BY_PEER,
  OUTCOME_COMPLETED,
  OUTCOME_DECLINED,
  OUTCOME_PROBABLY_COMPLETED,
  OUTCOME_SUPERSEDED,
  OUTCOME_TIMED_OUT,
  type Outcome,
  type TransferView,
} from "../../../src/index.js";
import { errorText, outcomeText } from "../../common/outcomes.js";
import { hasEscapedByte, printable } from "../../common/printable.js";
import type { Reason } from "../../common/reasons.js";
import type { TftpServer } from "../server.js";
import type { EndedTransfer, RefusedRequest } from "../server-options.js";
import { hostAndPort } from "../udp/addresses.js";
import type { IgnoredRequest } from "../udp/broadcast-requests.js";
import { counted } from "./counted.js";
import type { Log, LogDetails, LogLevel } from "./log.js";
import { RepeatedLines } from "./repeated-lines.js";

/** Clients that get answers answer sooner. */
const MIN_SILENCE_MS = 1000;

const FIREWALL_ADVICE = "; if a firewall or NAT is in between, try --single-port";

/** Outcomes that need no attention. */
const ORDINARY_OUTCOMES: readonly Outcome[] = [OUTCOME_COMPLETED, OUTCOME_PROBABLY_COMPLETED, OUTCOME_SUPERSEDED];

/**
 * @param hasOnePort whether the server answers from its listening port (`singlePort`).
 * @returns the counts of lines that are left out, to be written before the end of the log.
 */
export function logTransfers(server: TftpServer, log: Log, hasOnePort: boolean): RepeatedLines {
  const repeated = new RepeatedLines(log);
  server.on("started", (transfer) => {
    if (!repeated.admit("debug", "started", "started", transfer.address)) {
      return;
    }
    log.write("debug", "started", `${subject(transfer)}: started`, transferDetails(transfer));
  });
  server.on("ended", (transfer, end) => {
    const level = levelOf(end.outcome);
    if (!repeated.admit(level, "ended", outcomeText(end.outcome), transfer.address)) {
      return;
    }
    const why = end.reason === undefined ? errorNote(transfer) : ` (${end.reason.text})`;
    const advice = !hasOnePort && isUnheard(transfer, end) ? FIREWALL_ADVICE : "";
    const text = `${subject(transfer)}: ${outcomeText(end.outcome)}${why}; ${figures(transfer, end)}${advice}`;
    log.write(level, "ended", text, {
      ...transferDetails(transfer),
      outcome: outcomeText(end.outcome),
      ...(transfer.errorCode < 0 ? {} : { errorCode: transfer.errorCode }),
      ...(end.reason === undefined ? {} : reasonDetails(end.reason)),
      durationMs: end.durationMs,
      bytes: transfer.bytes,
      blocks: transfer.blocks,
      retransmissions: transfer.retransmissions,
      duplicates: transfer.duplicates,
      roundTripMs: transfer.roundTripMs,
    });
  });
  server.on("renamed", (request) => {
    const { address, isUpload, rule } = request;
    if (repeated.admit("debug", "renamed", "renamed", address)) {
      const names = { file: printable(request.name), foundFile: printable(request.foundName) };
      const text = `${address} ${verb(isUpload)} "${names.file}": the rules map it to "${names.foundFile}" (rule ${rule})`;
      log.write("debug", "renamed", text, { direction: directionOf(isUpload), ...names, address, rule });
    }
  });
  server.on("refused", (request) => {
    // Phones and boot loaders ask for many optional files. An upload that finds no folder is a lost backup, and bytes that are
    // not UTF-8 seldom belong to the name.
    const isOrdinary = request.errorCode === ERROR_FILE_NOT_FOUND && !request.isUpload && !hasEscapedByte(request.name);
    const level = isOrdinary ? "debug" : "warn";
    const { reason, errorCode, address } = request;
    if (repeated.admit(level, "refused", reason.code.replaceAll("_", " "), address)) {
      log.write(level, "refused", `${subject(request)}: ${reason.text}`, { ...requestDetails(request), errorCode });
    }
  });
  server.on("ignored", (request) => {
    const { reason, address } = request;
    // Strangers are many where `allow` is needed.
    const level = reason.code === "network_not_allowed" ? "debug" : "info";
    if (repeated.admit(level, "ignored", reason.code.replaceAll("_", " "), address)) {
      log.write(level, "ignored", `${subject(request)}: ${reason.text}`, requestDetails(request));
    }
  });
  server.on("error", ({ message }) => {
    const reason = printable(message);
    if (repeated.admit("error", "failed", reason, "this machine")) {
      log.write("error", "failed", reason, { reason });
    }
  });
  server.on("warning", (message) => {
    const reason = printable(message);
    log.write("warn", "warning", reason, { reason });
  });
  return repeated;
}

function levelOf(outcome: Outcome): LogLevel {
  if (outcome === OUTCOME_DECLINED) {
    return "debug";
  }
  if (ORDINARY_OUTCOMES.includes(outcome)) {
    return "info";
  }
  return outcome === OUTCOME_ABORTED_BY_PEER ? "info" : "warn";
}

/**
 * Whether the client seems to get no answers. If it asks again from the same port, a new transfer supersedes the former; one that
 * is superseded at once is that of a copy of a request, whose client has answered the other.
 */
function isUnheard({ bytes, roundTripMs }: TransferView, { outcome, durationMs }: EndedTransfer): boolean {
  const isLate = outcome === OUTCOME_SUPERSEDED && durationMs >= MIN_SILENCE_MS;
  return (isLate || outcome === OUTCOME_TIMED_OUT) && bytes === 0 && roundTripMs < 0;
}

/** Beginning of a line, as `1.2.3.4:5000 gets "name"`. */
function subject({ address, port, name, isUpload }: TransferView | RefusedRequest | IgnoredRequest): string {
  return `${hostAndPort(address, port)} ${verb(isUpload)} "${printable(name)}"`;
}

function verb(isUpload: boolean): string {
  return isUpload ? "puts" : "gets";
}

function directionOf(isUpload: boolean): string {
  return isUpload ? "put" : "get";
}

function errorNote({ errorCode }: TransferView): string {
  return errorCode < 0 ? "" : ` (error ${errorCode}, ${errorText(errorCode)})`;
}

function figures(transfer: TransferView, end: EndedTransfer): string {
  const seconds = end.durationMs / 1000;
  const retries = transfer.retransmissions > 0 ? `, ${counted(transfer.retransmissions, "retransmission")}` : "";
  const rate = seconds > 0 ? `, ${Math.round(transfer.bytes / seconds / 1024)} KiB/s` : "";
  return `${counted(transfer.bytes, "byte")} in ${seconds.toFixed(3)} s${rate}${retries}`;
}

function transferDetails(transfer: TransferView): LogDetails {
  return {
    direction: directionOf(transfer.isUpload),
    file: printable(transfer.name),
    address: transfer.address,
    port: transfer.port,
    mode: transfer.isNetascii ? "netascii" : "octet",
    sizeBytes: transfer.sizeBytes,
    blockSizeBytes: transfer.blockSizeBytes,
    windowSize: transfer.windowSize,
  };
}

function requestDetails({ isUpload, name, address, port, reason }: RefusedRequest | IgnoredRequest): LogDetails {
  return { direction: directionOf(isUpload), file: printable(name), address, port, ...reasonDetails(reason) };
}

function reasonDetails({ code, text }: Reason): LogDetails {
  return { code, reason: text };
}
