-- Reads a conversation; a node may attend it from here on (S7), also one that Redis has lost and somebody gives back.
-- KEYS: the conversation's six
-- ARGV: 1 conversation, 2 node that attends (or empty), 3 its visit, 4 life in ms, 5 to 7 what the node has of it (see `countCopied`)
-- Gives: the whole conversation, or nil
attend(ARGV[2], ARGV[3], ARGV[4])
if not exists(ARGV[1]) then return false end
return whole()
