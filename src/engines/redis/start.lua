-- Makes the waiting turn the running one under epoch 1, unless another one runs or the assistant is not the responder (A4, S4, H1).
-- KEYS: the conversation's six
-- ARGV: 1 conversation, 2 owner, 3 life in ms, 4 to 6 what the node has of it (see `countCopied`)
-- Gives: the whole conversation, or nil
if not exists(ARGV[1]) or not startTurn(ARGV[2], ARGV[3]) then return false end
return whole()
