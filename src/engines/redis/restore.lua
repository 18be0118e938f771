-- Writes what a node kept of a conversation while the store was away or lost it: adds what is missing, changes nothing
-- that is newer (C2, S4, N4). Repeating it changes nothing.
-- KEYS: the conversation's six
-- ARGV: 1 conversation, 2 customer, 3 responder and 4 page as JSON (or empty), 5 life in ms, 6 most messages kept,
--       7 messages as a JSON list of [messageId, JSON, turn it answers or empty], 8 turns as a JSON list of [turnId, turn],
--       9 running, 10 waiting turn
-- Gives: { { turn that others have taken further, last epoch that is void, … }, waiting turns that became part of another, watchers,
--          1 when a question waits and nothing is answered }
if field('id') == '' then redis.call('HSET', conversation, 'id', ARGV[1], 'customer', ARGV[2], 'responder', ARGV[3]) end
if ARGV[4] ~= '' then redis.call('HSET', conversation, 'page', ARGV[4]) end

local function clear(turnId)
  for _, place in ipairs({ 'running', 'waiting' }) do
    if field(place) == turnId then redis.call('HSET', conversation, place, '') end
  end
end

local function isAnswered(turnId)
  for _, json in ipairs(redis.call('HVALS', messages)) do
    if textField(json, 'turnId') == turnId and textField(json, 'author') == 'assistant' then return true end
  end
  return false
end

local taken, given, reply = {}, {}, { {}, {} }
for _, entry in ipairs(cjson.decode(ARGV[8])) do
  local turnId, turn, stored = entry[1], entry[2], readTurn(entry[1])
  given[turnId] = true
  local isOver = stored and stored.epoch == turn.epoch and stored.state == 'ended' and stored.answer ~= turn.answer
  local isPast = not stored and turn.state ~= 'ended' and isAnswered(turnId)
  local isOthers = stored and stored.epoch == turn.epoch and turn.state == 'starting' and stored.owner ~= turn.owner
  if isOver or isPast or isOthers or (stored and stored.epoch > turn.epoch) then
    taken[turnId] = true
    table.insert(reply[1], turnId)
    -- A turn that goes on under a later epoch may be the giver's own, begun or raised while this was on its way.
    local void = stored and stored.epoch > turn.epoch and stored.state ~= 'ended' and stored.epoch - 1 or turn.epoch
    if stored and stored.state == 'ended' then void = stored.epoch end
    table.insert(reply[1], tostring(void))
  else
    writeTurn(turnId, turn)
    if turn.state ~= 'queued' then clear(turnId) end
  end
end

local said = cjson.decode(ARGV[7])
-- Before anything is placed: what is answered neither runs nor waits, and nothing can become part of it.
for _, entry in ipairs(said) do
  if entry[3] ~= '' and not given[entry[3]] then clear(entry[3]) end
end

local running, waiting, merged = ARGV[9], ARGV[10], nil
if running ~= '' and not taken[running] and field('running') == '' then redis.call('HSET', conversation, 'running', running) end
if waiting ~= '' and not taken[waiting] then
  if field('waiting') == '' then redis.call('HSET', conversation, 'waiting', waiting) end
  if field('waiting') ~= waiting then merged = '"turnId":"' .. string.gsub(waiting, '%-', '%%-') .. '"' end
  if merged then reply[2] = { waiting } end
end

-- A step that fell silent may have been carried out later: a message stands where the customer was shown it.
local function keepEarlier(messageId, json)
  local stored = redis.call('HGET', messages, messageId)
  local at, storedAt = string.match(json, ',"at":(%d+)'), stored and string.match(stored, ',"at":(%d+)')
  if not storedAt or not at or tonumber(at) >= tonumber(storedAt) then return end
  redis.call('HSET', messages, messageId, (string.gsub(stored, ',"at":%d+', ',"at":' .. at, 1)))
end

for _, entry in ipairs(said) do
  local messageId, json, answered = unpack(entry)
  keepEarlier(messageId, json)
  if merged then json = string.gsub(json, merged, '"turnId":"' .. field('waiting') .. '"') end
  if not taken[answered] then append(messageId, json, ARGV[6]) end
end
keepAlive(ARGV[5])
local waits = field('waiting') ~= '' and field('running') == ''
return { reply[1], reply[2], redis.call('HKEYS', watchers), waits and 1 or 0 }
