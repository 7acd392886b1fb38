// Package deliver mails sealed tips from the spool to their units: when to try,
// what an answer means, what to do with it. How a mail is handed over is behind
// Transport.
package deliver
