/** All cases: each runs on every JavaScript engine. */

import { agreedIntervalCases } from "./agreed-interval.js";
import { attackCases } from "./attacks.js";
import type { Case } from "./case.js";
import { clientRoleCases } from "./client/index.js";
import { clientCases } from "./clients.js";
import { clockCases } from "./clock.js";
import { downloadCases } from "./download.js";
import { lateCommitCases } from "./late-commits.js";
import { limitCases } from "./limits.js";
import { listeningPortCases } from "./listening-port.js";
import { makingRoomCases } from "./making-room.js";
import { needlessRepeatCases } from "./needless-repeats.js";
import { netasciiCases } from "./netascii.js";
import { observerCases } from "./observer.js";
import { onePlaceCases } from "./one-place.js";
import { optionCases } from "./options.js";
import { poolCases } from "./pool.js";
import { reflectionCases } from "./reflection.js";
import { repeatedRequestCases } from "./repeated-requests.js";
import { requestCases } from "./requests.js";
import { retransmissionCases } from "./retransmission.js";
import { rivalEndCases } from "./rival-ends.js";
import { rivalCases } from "./rivals.js";
import { sorcerersApprenticeCases } from "./sorcerers-apprentice.js";
import { transferIdentifierCases } from "./transfer-identifiers.js";
import { uploadCases } from "./upload.js";
import { uploadFailureCases } from "./upload-failures.js";
import { windowCases } from "./window.js";

export type { Case } from "./case.js";

export const cases: readonly Case[] = [
  ...requestCases,
  ...downloadCases,
  ...uploadCases,
  ...uploadFailureCases,
  ...lateCommitCases,
  ...transferIdentifierCases,
  ...repeatedRequestCases,
  ...rivalCases,
  ...rivalEndCases,
  ...onePlaceCases,
  ...listeningPortCases,
  ...sorcerersApprenticeCases,
  ...retransmissionCases,
  ...reflectionCases,
  ...needlessRepeatCases,
  ...agreedIntervalCases,
  ...clockCases,
  ...optionCases,
  ...windowCases,
  ...netasciiCases,
  ...attackCases,
  ...clientCases,
  ...poolCases,
  ...makingRoomCases,
  ...limitCases,
  ...observerCases,
  ...clientRoleCases,
];
