/**
 * Something wrong that a person can be told: its code is the key of a sentence
 * and a hint in strings.js, where a test looks for every code used here.
 */
export class Problem extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}
