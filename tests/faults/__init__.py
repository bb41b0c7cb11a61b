"""Tools that break things on purpose: stand-ins for system calls, a power-loss simulator, processes to kill."""
