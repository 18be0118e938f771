-- Writes what a node kept of a conversation while the store was away or lost it: adds what is missing, changes nothing
-- that is newer (C2, S4, N4). Repeating it changes nothing.
-- KEYS: the conversation's six
-- ARGV: 1 conversation, 2 customer, 3 responder and 4 page as JSON (or empty), 5 life in ms, 6 most messages kept,
--       7 messages as a JSON list of [messageId, JSON, turn it answers or empty], 8 turns as a JSON list of [turnId, turn],
--       9 running, 10 waiting turn, 11 id for a new turn, 12 fields of a conversation that
--       is gone, as a flat JSON list
-- Gives: { { turn that others have taken further, last epoch that is void, … }, waiting turns that became part of another, watchers,
--          1 when a question waits and nothing is answered, waiting turn }
if field('id') == '' then redis.call('HSET', conversation, 'id', ARGV[1], 'customer', ARGV[2], 'responder', ARGV[3], unpack(cjson.decode(ARGV[12]))) end
revise()
if ARGV[4] ~= '' then redis.call('HSET', conversation, 'page', ARGV[4]) end

local function clear(turnId)
  for _, place in ipairs({ 'running', 'waiting' }) do
    if field(place) == turnId then redis.call('HSET', conversation, place, '') end
  end
end

-- The ids of the answers that are stored, by turn.
local answers = {}
for _, json in ipairs(redis.call('HVALS', messages)) do
  if textField(json, 'author') == 'assistant' then answers[textField(json, 'turnId')] = textField(json, 'messageId') end
end

-- Whoever still writes that turn, or is about to, is fenced: it has its one answer.
local function close(turnId, answerId)
  local turn = readTurn(turnId)
  if turn and turn.state ~= 'ended' then
    turn.state, turn.answer = 'ended', answerId
    writeTurn(turnId, turn)
  end
  clear(turnId)
end

local function timeOf(json) return tonumber(string.match(json, ',"at":(%d+)') or 0) end

local taken, given, reply = {}, {}, { {}, {} }
for _, entry in ipairs(cjson.decode(ARGV[8])) do
  local turnId, turn, stored = entry[1], entry[2], readTurn(entry[1])
  given[turnId] = true
  local answerId = turn.state ~= 'ended' and answers[turnId]
  if answerId then close(turnId, answerId) end
  local isOver = stored and stored.epoch == turn.epoch and stored.state == 'ended' and stored.answer ~= turn.answer
  local isOthers = stored and stored.epoch == turn.epoch and turn.state == 'starting' and stored.owner ~= turn.owner
  if answerId or isOver or isOthers or (stored and stored.epoch > turn.epoch) then
    taken[turnId] = true
    table.insert(reply[1], turnId)
    -- A turn that goes on under a later epoch may be the giver's own, begun or raised while this was on its way.
    local goesOn = stored and stored.epoch > turn.epoch and stored.state ~= 'ended' and not answerId
    local void = goesOn and stored.epoch - 1 or turn.epoch
    if stored and (stored.state == 'ended' or answerId) then void = math.max(void, stored.epoch) end
    table.insert(reply[1], tostring(void))
  else
    writeTurn(turnId, turn)
    if turn.state ~= 'queued' then clear(turnId) end
  end
end

local said = cjson.decode(ARGV[7])
local here = {}
for _, entry in ipairs(said) do here[entry[1]] = true end

-- What joined a turn after its answer, because that was given back to a store which did not know of it, is still to be
-- answered: it waits as a turn of its own, or with the one that waits.
local function partFrom(turnId, answeredAt)
  for _, messageId in ipairs(redis.call('LRANGE', order, 0, -1)) do
    local json = redis.call('HGET', messages, messageId) or ''
    local isLater = not here[messageId] and textField(json, 'turnId') == turnId and timeOf(json) > answeredAt
    if isLater and textField(json, 'author') == 'customer' then
      local fresh = field('waiting')
      if fresh == '' or fresh == turnId then
        fresh = ARGV[11]
        writeTurn(fresh, { state = 'queued', epoch = 0, starts = '', askedAt = timeOf(json) })
        redis.call('HSET', conversation, 'waiting', fresh)
      end
      local from, to = '"turnId":"' .. string.gsub(turnId, '%-', '%%-') .. '"', '"turnId":"' .. fresh .. '"'
      redis.call('HSET', messages, messageId, (string.gsub(json, from, to)))
    end
  end
end

-- Before anything is placed: what is answered neither runs nor waits, and nothing can become part of it. The first answer
-- that is stored is the one.
for _, entry in ipairs(said) do
  local messageId, json, answered = unpack(entry)
  local stored = answered ~= '' and answers[answered]
  if stored and stored ~= messageId and not taken[answered] then
    taken[answered] = true
    table.insert(reply[1], answered)
    table.insert(reply[1], tostring((readTurn(answered) or { epoch = 0 }).epoch))
  elseif answered ~= '' and not given[answered] then
    close(answered, messageId)
    partFrom(answered, timeOf(json))
  end
end

local running, waiting, merged = ARGV[9], ARGV[10], nil
if running ~= '' and not taken[running] and field('running') == '' then redis.call('HSET', conversation, 'running', running) end
if waiting ~= '' and not taken[waiting] then
  if field('waiting') == '' then redis.call('HSET', conversation, 'waiting', waiting) end
  if field('waiting') ~= waiting then merged = '"turnId":"' .. string.gsub(waiting, '%-', '%%-') .. '"' end
  if merged then reply[2] = { waiting } end
end

-- Another node may have given its questions before.
local function join(messageId)
  local json = redis.call('HGET', messages, messageId)
  if not json or textField(json, 'turnId') ~= waiting or textField(json, 'author') ~= 'customer' then return end
  redis.call('HSET', messages, messageId, (string.gsub(json, merged, '"turnId":"' .. field('waiting') .. '"')))
end
if merged then
  for _, messageId in ipairs(redis.call('LRANGE', order, 0, -1)) do join(messageId) end
end

-- A step that fell silent may have been carried out later: a message stands where the customer was shown it.
local function keepEarlier(messageId, json)
  local stored = redis.call('HGET', messages, messageId)
  if not stored or timeOf(json) >= timeOf(stored) then return end
  redis.call('HSET', messages, messageId, (string.gsub(stored, ',"at":%d+', ',"at":' .. string.format('%.0f', timeOf(json)), 1)))
end

for _, entry in ipairs(said) do
  local messageId, json, answered = unpack(entry)
  keepEarlier(messageId, json)
  if merged then json = string.gsub(json, merged, '"turnId":"' .. field('waiting') .. '"') end
  if not taken[answered] then append(messageId, json, ARGV[6]) end
end
keepAlive(ARGV[5])
local waits = field('waiting') ~= '' and field('running') == ''
return { reply[1], reply[2], redis.call('HKEYS', watchers), waits and 1 or 0, field('waiting') }
