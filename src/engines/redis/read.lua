-- Reads a conversation; a node may attend it from here on (S7).
-- KEYS: the conversation's six
-- ARGV: 1 conversation, 2 node that attends (or empty), 3 its visit
-- Gives: the whole conversation, or nil
if not exists(ARGV[1]) then return false end
attend(ARGV[2], ARGV[3])
return whole()
