// The tables of ITU-T T.81 that reader and writer of JPEGs share.

/** Where the coefficients stand in a block, in the order in which they are coded (figure A.6). */
export const zigzag = [];
for (let sum = 0; sum < 15; sum++) {
  for (let i = 0; i < 8; i++) {
    const y = sum % 2 ? i : sum - i;
    if (y >= 0 && y < 8 && sum - y >= 0 && sum - y < 8) zigzag.push(8 * y + sum - y);
  }
}

// Run and size of all AC coefficients (annex F.1.2.2): those that are said to be
// common first, and the rest in their order.
function all(common) {
  const values = common.match(/../g).map((hex) => parseInt(hex, 16));
  for (let v = 1; v < 0x100; v++) {
    if (v % 16 > 0 && v % 16 < 11 && !values.includes(v)) values.push(v);
  }
  return values;
}
const sizes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];

/** The usual Huffman codes (K.3), {counts, values}: for DC and AC, of brightness and colour. */
export const usual = [
  [
    { counts: [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0], values: sizes },
    { counts: [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0], values: sizes },
  ],
  [
    {
      counts: [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125],
      values: all("01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282"),
    },
    {
      counts: [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119],
      values: all("000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f1"),
    },
  ],
];

/** cos(kπ/16) / 2. */
export const cosines = Array.from({ length: 8 }, (_, k) => Math.cos((k * Math.PI) / 16) / 2);
