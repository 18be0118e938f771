-- Begins the next epoch of a running turn at an offset and makes a node its owner; the epoch before is fenced (S4, N1).
-- KEYS: the conversation's six
-- ARGV: 1 conversation, 2 turn, 3 the epoch to be raised, 4 offset, 5 owner
-- Gives: { turn, watchers }, or nil when the epoch was not the turn's own
local turn = exists(ARGV[1]) and readTurn(ARGV[2])
if not turn or turn.state ~= 'starting' or turn.epoch ~= tonumber(ARGV[3]) then return false end
advance(ARGV[2], turn, ARGV[4], ARGV[5])
return { cjson.encode(turn), redis.call('HKEYS', watchers) }
