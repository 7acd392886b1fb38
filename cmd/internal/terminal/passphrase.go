package terminal

import (
	"errors"
	"fmt"

	"golang.org/x/term"

	"tipbox/cmd/internal/passphrase"
	"tipbox/intake/pasted"
)

// Tries is how often a person may type a passphrase at the terminal.
const Tries = 3

// What makes a passphrase worth less than it looks, by passphrase.Worth's words.
var weaknesses = map[string]struct{ vi, en string }{
	"empty": {"trống", "nothing there"}, "spaces": {"toàn dấu cách", "only spaces"}, "short": {"quá ngắn, cần ít nhất 8 ký tự", "too short, at least 8 characters"},
	"date": {"là ngày tháng hoặc số điện thoại", "a date or a telephone number"}, "digits": {"toàn chữ số", "only digits"},
	"repeated": {"có phần lặp lại", "parts are repeated"}, "common": {"có chỗ ai cũng nghĩ ra", "parts come to everybody's mind"}, "few": {"ít từ quá", "too few words"},
}

// Passphrase reads a passphrase from the file, or, where file is "", asks for
// it on the controlling terminal, which need not be stdin.
func (t *Terminal) Passphrase(file, prompt string) (string, error) {
	if file != "" {
		pass, err := pasted.FirstLine(file)
		if err != nil {
			return "", fmt.Errorf("reading the passphrase file: %w", err)
		}
		if pasted.Trim(pass) == "" {
			return "", Hint(fmt.Errorf("passphrase file %s is empty", file), "put the passphrase on its first line")
		}
		return pass, nil
	}
	pass, err := askTerminal(prompt)
	if err != nil {
		return "", Hint(err, "không có cửa sổ lệnh để hỏi: ghi mật khẩu vào một tệp và dùng --passphrase-file",
			"where there is no terminal, give the passphrase with --passphrase-file FILE")
	}
	if pass == "" {
		return "", errors.New("mật khẩu trống / the passphrase is empty")
	}
	return pass, nil
}

// NewPassphrase is Passphrase for a new one, which has to be worth as much as the desk
// asks for and, at the terminal, typed twice; there it is asked for again until it is.
func (t *Terminal) NewPassphrase(file, prompt string) (string, error) {
	for try := 1; ; try++ {
		pass, err := t.Passphrase(file, prompt)
		if err != nil {
			return "", err
		}
		if file != "" {
			pass = pasted.Trim(pass) // nobody who types it later knows of what an editor put there
		}
		var wrong error
		level, why := passphrase.Worth(pass)
		weakness := weaknesses[why]
		switch level {
		case passphrase.None:
			wrong = Hint(fmt.Errorf("mật khẩu dễ bị dò ra: %s / this passphrase is soon guessed: %s", weakness.vi, weakness.en),
				"năm từ tiếng Việt không dấu, chẳng liên quan gì nhau, thì vừa dễ nhớ vừa khó dò",
				"five plain words that have nothing to do with each other are easy to keep and hard to guess")
		case passphrase.Weak:
			t.Warn("mật khẩu yếu: %s /\na weak passphrase: %s", weakness.vi, weakness.en)
		}
		if wrong == nil && file == "" {
			again, err := askTerminal("Nhập lại / again: ")
			if err != nil {
				return "", err
			}
			if again != pass {
				wrong = errors.New("hai lần nhập không giống nhau / the two passphrases differ")
			}
		}
		if wrong == nil {
			return pass, nil
		}
		if file != "" || try == Tries {
			return "", wrong
		}
		t.Say("%v", wrong)
	}
}

// askTerminal prompts on the controlling terminal without echo.
func askTerminal(prompt string) (string, error) {
	in, out, err := openTTY()
	if err != nil {
		return "", fmt.Errorf("opening the terminal to ask for a passphrase: %w", err)
	}
	defer in.Close()
	defer out.Close()
	fmt.Fprint(out, prompt)
	b, err := term.ReadPassword(int(in.Fd()))
	fmt.Fprintln(out)
	if err != nil {
		return "", fmt.Errorf("reading a passphrase from the terminal: %w", err)
	}
	return string(b), nil
}
