// Which texts are nearly the same: a flood repeats itself, with a number or a word changed.
//
// Texts are compared by their pairs of neighbouring words (Broder's shingles). To
// look up instead of comparing each with each, texts that share two of the least
// hashes are candidates (MinHash with bands).
// So much of the pairs of both must be common.
const enough = 0.5;
const bands = 12;
// So many candidates are compared; a text that thousands resemble a little is not compared with all.
const maxCandidates = 20;
const seeds = Array.from({ length: 2 * bands }, (_, i) => [Math.imul(i + 1, 0x9e3779b1) | 1, Math.imul(i + 7, 0x85ebca6b)]);

/** Puts texts into groups as they come. */
export class Alike {
  constructor() {
    this.buckets = new Map();
    this.pairs = []; // of the first text of each group
  }

  /** Returns the number of the group that the text belongs to, folded as find.js does it. */
  add(folded) {
    const pairs = shingles(folded);
    const keys = pairs.size > 0 ? bandKeys(pairs) : [];
    const tried = new Set();
    for (const key of keys) {
      for (const group of this.buckets.get(key) || []) {
        if (tried.size >= maxCandidates) break;
        if (tried.has(group)) continue;
        tried.add(group);
        if (common(pairs, this.pairs[group]) >= enough) return group;
      }
    }
    const group = this.pairs.push(pairs) - 1;
    for (const key of keys) {
      const bucket = this.buckets.get(key);
      if (!bucket) this.buckets.set(key, [group]);
      else bucket.push(group);
    }
    return group;
  }
}

function shingles(folded) {
  const pairs = new Set();
  let before = 0;
  for (const [word] of folded.matchAll(/[\p{L}\p{N}]+/gu)) {
    let hash = 0x811c9dc5; // FNV-1a
    for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
    pairs.add(Math.imul(before, 31) + hash | 0);
    before = hash;
  }
  return pairs;
}

function bandKeys(pairs) {
  const mixed = Int32Array.from(pairs, (pair) => pair ^ (pair >>> 15));
  const least = seeds.map(([a, b]) => {
    let min = 0xffffffff;
    for (let i = 0; i < mixed.length; i++) {
      const hash = (Math.imul(mixed[i], a) + b) >>> 0;
      if (hash < min) min = hash;
    }
    return min;
  });
  return Array.from({ length: bands }, (_, i) => `${i} ${least[2 * i]} ${least[2 * i + 1]}`);
}

function common(a, b) {
  let both = 0;
  for (const pair of a) if (b.has(pair)) both++;
  return both / (a.size + b.size - both);
}
