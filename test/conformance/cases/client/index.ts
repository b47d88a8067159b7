/** Every case of the engine's client. */
import type { Case } from "../case.js";
import { clientErrorTextCases } from "./error-texts.js";
import { getCases } from "./get.js";
import { clientOptionCases } from "./options.js";
import { putCases } from "./put.js";
import { clientRefusedOptionCases } from "./refused-options.js";
import { clientRequestCases } from "./request.js";

export const clientRoleCases: readonly Case[] = [
  ...clientErrorTextCases,
  ...clientRequestCases,
  ...getCases,
  ...putCases,
  ...clientOptionCases,
  ...clientRefusedOptionCases,
];
