import ArgumentParser

// Before anything can start a thread: the ending signals belong to whoever waits for them.
Signals.block()
DittoFSCommand.main()
