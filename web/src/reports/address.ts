import { parseSearch, stringifySearch } from "../address/path-builder";
import { readState, writeState } from "../address/state";

/** A report is a view of costs, not the explanation that happened to be open above it. Written one way, so that
 *  equal views have equal addresses. */
export function reportAddress(address: string): string {
  const state = readState(parseSearch(address));
  return stringifySearch(writeState({ ...state, explain: undefined })).slice(1);
}
