-- Stores a question once and joins it to the waiting turn (C2, A4).
-- KEYS: the conversation's six
-- ARGV: 1 conversation, 2 messageId, 3 its JSON without the closing brace, `at` and `turnId`, 4 its text as JSON, 5 page as JSON (or
--       empty), 6 id for a new turn, 7 life in ms, 8 most messages kept, 9 '1' for one that opens no turn, 10 owner of the
--       answer, where it may begin at once (or empty), 11 to 13 what the node has of it (see `countCopied`)
-- Gives: { 'gone' | 'conflict' | 'repeated' | 'stored' | 'first' (of its conversation), message, watchers }, and behind them
--        the whole conversation where its turn was started
if not exists(ARGV[1]) then return { 'gone' } end
local known = redis.call('HGET', messages, ARGV[2])
if known then
  local same = string.find(known, '"text":' .. ARGV[4] .. ',"at":', 1, true)
  if textField(known, 'author') ~= 'customer' or not same then return { 'conflict' } end
  return { 'repeated', known, {} }
end
local at = saidAt()
local message = ARGV[3] .. ',"at":' .. at
if hands() == 'assistant' and ARGV[9] ~= '1' then
  local turnId = field('waiting')
  if turnId == '' then
    turnId = ARGV[6]
    writeTurn(turnId, { state = 'queued', epoch = 0, starts = '', askedAt = tonumber(at) })
    redis.call('HSET', conversation, 'waiting', turnId)
  end
  message = message .. ',"turnId":"' .. turnId .. '"'
end
message = message .. '}'

-- What stands before the first question, if anything, are words of the system: two looks, as a rule.
local function isFirst()
  local at, id = 0, redis.call('LINDEX', order, 0)
  while id do
    if textField(redis.call('HGET', messages, id) or '', 'author') == 'customer' then return false end
    at = at + 1
    id = redis.call('LINDEX', order, at)
  end
  return true
end

local outcome = isFirst() and 'first' or 'stored'
if ARGV[5] ~= '' then redis.call('HSET', conversation, 'page', ARGV[5]) end
append(ARGV[2], message, ARGV[8])
if ARGV[10] ~= '' and startTurn(ARGV[10], ARGV[7]) then
  return { outcome, message, redis.call('HKEYS', watchers), whole() }
end
keepAlive(ARGV[7])
return { outcome, message, redis.call('HKEYS', watchers) }
