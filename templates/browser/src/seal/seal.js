// A tip → the sealed tip, on the sender's own phone.
import { Encrypter } from "age-encryption";
import { plaintext } from "./plaintext.js";

/**
 * Seals a tip (see plaintext.js) to the recipients and resolves to a
 * Uint8Array. All recipients must be of one kind: the library would mix them,
 * and one classic recipient undoes what post-quantum ones are for.
 */
export async function seal(tip, recipients) {
  const kinds = new Set(recipients.map((r) => (r.startsWith("age1pq1") ? "post-quantum" : /^age1[02-9ac-hj-np-z]{58}$/.test(r) ? "classic" : "unknown")));
  if (kinds.size !== 1 || kinds.has("unknown")) throw new Error("recipients of more than one kind");
  const encrypter = new Encrypter();
  recipients.forEach((r) => encrypter.addRecipient(r));
  return encrypter.encrypt(plaintext(tip));
}
