// Archives that are larger than any other file may be: what a webmail makes of a
// hundred mails ("download all"). They are read file by file, never whole.
import { binary, bytesOf, little } from "./binary.js";
import { Problem } from "./problem.js";
import { ownName } from "./unwrap.js";
import { directory, entry, isZip, maxFile } from "./wrapping.js";

// The record at the end, with the longest remark behind it.
const maxEnd = 22 + 0xffff;
const maxDirectory = 8 << 20;

const text = async (file, from, to) => binary(new Uint8Array(await file.slice(from, to).arrayBuffer()));

/**
 * Resolves to the files in an archive larger than maxFile, each with what a File has
 * and inArchive, the archive's name; null for a file that is none, or cannot be read so
 * (cut off, or larger than 4 GB): it is then like any other that is too large.
 */
export async function bigZip(file) {
  if (!file.slice || !isZip(await text(file, 0, 4))) return null;
  const tail = await text(file, Math.max(0, file.size - maxEnd), file.size);
  const end = tail.lastIndexOf("PK\x05\x06");
  if (end < 0 || end + 22 > tail.length) return null;
  const [count, size, from] = [little(tail, end + 10, 2), little(tail, end + 12), little(tail, end + 16)];
  if (size > maxDirectory || from + size > file.size) return null;
  const inside = directory(await text(file, from, from + size), 0, count);
  if (!inside) return null;
  if (inside.some(({ locked }) => locked)) return [{ name: file.name, size: 1, arrayBuffer: async () => { throw new Problem("ziplocked"); } }];
  return inside.filter((one) => one.size > 0).map(({ name, known, method, size: unpacked, packed, start }) => ({
    name, size: unpacked, lastModified: file.lastModified, ofFolder: true, inArchive: file.name,
    async arrayBuffer() {
      if (!known) throw new Problem("archive");
      // The header before a file holds its name and what else was thought worth a note.
      const stored = await text(file, start, Math.min(file.size, start + 30 + 2 * 0xffff + Math.min(packed, 2 * maxFile)));
      const content = await entry(stored, 0, packed, method);
      if (content === null) throw new Problem("truncated");
      return bytesOf(content).buffer;
    },
  })).sort((a, b) => ownName(b.name) - ownName(a.name));
}
