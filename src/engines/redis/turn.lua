-- Reads a turn with its stored answer (S5).
-- KEYS: the conversation's six
-- ARGV: 1 conversation, 2 turn
-- Gives: { turn, answer or empty }, or nil
local json = exists(ARGV[1]) and redis.call('HGET', turns, ARGV[2])
if not json then return false end
local answerId = cjson.decode(json).answer
return { json, answerId and redis.call('HGET', messages, answerId) or '' }
