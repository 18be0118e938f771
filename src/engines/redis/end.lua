-- Ends a turn and stores its answer, once, under the turn's own epoch alone (S4, S5, C2).
-- KEYS: the conversation's six
-- ARGV: 1 conversation, 2 turn, 3 epoch, 4 messageId, 5 the answer's JSON without the closing brace and `at`, 6 life in ms,
--       7 most messages kept
-- Gives: { turn, answer, watchers, 'last' where nothing waits behind it }, the same again for the same end, or nil when fenced or
--        ended otherwise
local turn = exists(ARGV[1]) and readTurn(ARGV[2])
if not turn or turn.epoch ~= tonumber(ARGV[3]) then return false end
if turn.state == 'ended' then
  local stored = turn.answer == ARGV[4] and redis.call('HGET', messages, ARGV[4])
  return stored and { cjson.encode(turn), stored, redis.call('HKEYS', watchers), field('waiting') == '' and 'last' or '' } or false
end
local answer = ARGV[5] .. ',"at":' .. now() .. '}'
turn.state = 'ended'
turn.answer = ARGV[4]
writeTurn(ARGV[2], turn)
-- The log is the running turn's: one that ends while it waits leaves it alone.
local open = { running = field('running'), waiting = field('waiting') }
if open.running == ARGV[2] then clearLog('') end
for place, turnId in pairs(open) do
  if turnId == ARGV[2] then redis.call('HSET', conversation, place, '') end
end
local isLast = open.waiting == '' or open.waiting == ARGV[2]
append(ARGV[4], answer, ARGV[7])
keepAlive(ARGV[6])
return { cjson.encode(turn), answer, redis.call('HKEYS', watchers), isLast and 'last' or '' }
