-- Keeps what an agent notes, once.
-- KEYS: the conversation's six
-- ARGV: 1 conversation, 2 noteId, 3 note as JSON, 4 most notes kept
-- Gives: 1, or 0 when the conversation is gone
if not exists(ARGV[1]) then return 0 end
addNote(ARGV[2], ARGV[3], ARGV[4])
return 1
