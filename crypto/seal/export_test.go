package seal

// Encrypt seals a plaintext that is no tip.
func (s *Sealer) Encrypt(plain []byte) ([]byte, error) { return s.encrypt(plain) }
