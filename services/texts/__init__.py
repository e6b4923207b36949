"""Texts: all sentences that services say to people, to be translated. A reason and its values come
in, words come out; names of people and records may be read for it, nothing is decided or
written. What a sentence is about has a name (a constant, a kind of gap) in the room below or
above."""
