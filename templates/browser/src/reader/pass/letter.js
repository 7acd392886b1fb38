// The mail with which a unit itself sends a tip that it passes on; cmd/internal/desk
// writes the same. It says nothing of the tip but its id.

/** Returns {to, subject, text} of the mail. */
export function letter({ to, toName, byName, id }) {
  return {
    to: to.join(", "),
    subject: `[Hòm thư] Chuyển tin ${id}`,
    text: `Kính gửi ${toName},

${byName} chuyển đến một tin của hòm thư. Tin nằm trong tệp đính kèm
${id}-chuyen.age, đã khóa cho riêng đơn vị nhận: mở bằng doc-tin.html
như mọi tin khác. Muốn chắc thư này là thật, xin gọi số điện thoại đã biết
từ trước của đơn vị chuyển.

${byName} passes on a tip. It is in the attachment, sealed to you
alone: open it with doc-tin.html. To be sure of this mail, call the number
that you have always had.
`,
  };
}
