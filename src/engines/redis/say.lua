-- Stores what an agent says, once, if that agent is the responder (H1, C2).
-- KEYS: the conversation's six
-- ARGV: 1 conversation, 2 the agent's hands, 3 messageId, 4 the message's JSON without the closing brace and `at`, 5 its text as
--       JSON, 6 life in ms, 7 most messages kept
-- Gives: { 'gone' | 'conflict' } | { 'refused', responder } | { 'repeated' | 'said', message, watchers }
if not exists(ARGV[1]) then return { 'gone' } end
local known = redis.call('HGET', messages, ARGV[3])
if known then
  local same = string.find(known, '"text":' .. ARGV[5] .. ',"at":', 1, true)
  if textField(known, 'author') ~= 'agent' or not same then return { 'conflict' } end
  return { 'repeated', known, {} }
end
if hands() ~= ARGV[2] then return { 'refused', field('responder') } end
local message = ARGV[4] .. ',"at":' .. saidAt() .. '}'
append(ARGV[3], message, ARGV[7])
keepAlive(ARGV[6])
return { 'said', message, redis.call('HKEYS', watchers) }
