"""What the integration tests share: instances behind both doors, an SMB client that can misbehave, trees, a runner."""
