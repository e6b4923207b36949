"""Texts: what services say to people, translated. A reason and its values come in, words come out;
names of people and records may be read for it, nothing is decided or written. The sentences
stand here, but for those of gaps, which stand in ``domain/gaps``; what a sentence is about has a
name (a constant, a reason) in the room below or above."""
