-- Stands before every step of a conversation. All keys of one customer's conversation share a hash tag, so that each
-- step is atomic and runs in a Redis Cluster too. The only clock is Redis' own.
local conversation, order, messages, turns, watchers, log = unpack(KEYS)

local runningGraceMs = 3600000

local function now()
  local time = redis.call('TIME')
  return string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
end

local function field(name)
  return redis.call('HGET', conversation, name) or ''
end

-- H1: nothing that is said after a change of the responder stands before it.
local function saidAt()
  return string.format('%.0f', math.max(tonumber(now()), tonumber(field('handedAt')) or 0))
end

local function exists(conversationId)
  return field('id') == conversationId
end

-- H1: `assistant`, `nobody`, or `agent:` and the agent's id.
local function hands()
  local known = field('hands')
  return known ~= '' and known or 'assistant'
end

-- Notes are kept as lines of "noteId JSON": neither has a line break.
local function addNote(noteId, json, most)
  local lines = {}
  for line in string.gmatch(field('notes'), '[^\n]+') do
    if string.sub(line, 1, #noteId + 1) == noteId .. ' ' then return end
    lines[#lines + 1] = line
  end
  lines[#lines + 1] = noteId .. ' ' .. json
  redis.call('HSET', conversation, 'notes', table.concat(lines, '\n', math.max(1, #lines - tonumber(most) + 1)))
end

-- C1: the life begins anew; a turn that waits or runs keeps its conversation alive.
local function keepAlive(lifeMs)
  local ms = tonumber(lifeMs)
  if field('running') ~= '' or field('waiting') ~= '' then ms = ms + runningGraceMs end
  for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ms) end
end

local function readTurn(turnId)
  local json = turnId ~= '' and redis.call('HGET', turns, turnId)
  return json and cjson.decode(json) or nil
end

local function writeTurn(turnId, turn)
  redis.call('HSET', turns, turnId, cjson.encode(turn))
end

-- A text field of a stored message. cjson cannot read half a surrogate pair, which an answer may end in; quotes inside
-- of texts are escaped, so the first match is the field.
local function textField(json, name)
  return string.match(json, '"' .. name .. '":"([^"]*)"') or ''
end

-- C2: a message is stored once, in order; the oldest go, with their turns, unless one of them is open.
local function append(messageId, json, maxMessages)
  if redis.call('HSETNX', messages, messageId, json) == 0 then return end
  redis.call('RPUSH', order, messageId)
  while redis.call('LLEN', order) > tonumber(maxMessages) do
    local oldest = redis.call('LPOP', order)
    local turnId = textField(redis.call('HGET', messages, oldest) or '', 'turnId')
    redis.call('HDEL', messages, oldest)
    if turnId ~= field('running') and turnId ~= field('waiting') then redis.call('HDEL', turns, turnId) end
  end
end

-- What is stored of messages is not what it was, but for what `append` adds and lets go: who has a copy reads all of it again.
local function revise()
  local time = redis.call('TIME')
  redis.call('HSET', conversation, 'edition', time[1] .. '.' .. time[2])
end

-- S4: the next epoch begins at `offset` and belongs to `owner`. Starts are kept as "1:0,2:40".
local function advance(turnId, turn, offset, owner)
  turn.epoch = turn.epoch + 1
  turn.starts = (turn.starts == '' and '' or turn.starts .. ',') .. turn.epoch .. ':' .. offset
  turn.owner = owner
  writeTurn(turnId, turn)
end

-- S8: the log of one turn at a time. The key stays, so that whatever a fenced writer still adds has an end of life.
local function clearLog(turnId)
  redis.call('DEL', log)
  redis.call('HSET', log, 'turn', turnId)
end

-- A4, S4, H1: makes the waiting turn the running one under epoch 1, unless another one runs or a person answers.
local function startTurn(owner, lifeMs)
  if field('running') ~= '' or hands() ~= 'assistant' then return false end
  local turnId = field('waiting')
  local turn = readTurn(turnId)
  if not turn then return false end
  redis.call('HSET', conversation, 'running', turnId, 'waiting', '')
  clearLog(turnId)
  turn.state = 'starting'
  keepAlive(lifeMs)
  advance(turnId, turn, 0, owner)
  return true
end

-- S7: from here on `node` is told what happens; `visit` lets a later visit survive the leaving of an earlier one, and one
-- that arrives late stands for none but itself. Where there is no conversation it is told of the one that will be here.
local function attend(node, visit, lifeMs)
  if node == '' or tonumber(visit) < tonumber(redis.call('HGET', watchers, node) or 0) then return end
  redis.call('HSET', watchers, node, visit)
  local leftMs = redis.call('PTTL', conversation)
  redis.call('PEXPIRE', watchers, leftMs > 0 and leftMs or lifeMs)
end

-- How many of the stored messages, from the first one on, the node has that asks. The last four arguments of a step that gives a
-- whole conversation say what it has: the edition, the latest message and its time, how many in all. They are added and let go in
-- order, so that it has all up to that one of the same edition, unless it was given fewer. An id may come again once its message was
-- let go, or was lost with a master: then it has another time.
local function countCopied(edition)
  local seen, latest, saidAt, count = unpack(ARGV, #ARGV - 3)
  if edition == '' or seen ~= edition then return 0 end
  local at = redis.call('LPOS', order, latest, 'RANK', -1, 'MAXLEN', 100)
  if not at or at >= tonumber(count) then return 0 end
  -- Within a text the quotes would be escaped.
  local isSame = string.find(redis.call('HGET', messages, latest) or '', '"at":' .. saidAt .. '[,}]')
  return isSame and at + 1 or 0
end

-- Everything a page or a model is given: fields, open turns, messages in order but for those that are copied, the log of the running
-- answer, watchers, how many are copied, and the edition.
local function whole()
  local fields = redis.call('HMGET', conversation, 'id', 'customer', 'responder', 'page', 'running', 'waiting', 'customerCard', 'wish', 'notes')
  for at = 1, 9 do fields[at] = fields[at] or '' end
  -- Each change of the responder may join messages to a turn.
  local edition = field('edition')
  if edition ~= '' then edition = edition .. '|' .. field('handedAt') end
  local copied = countCopied(edition)
  local ids = redis.call('LRANGE', order, copied, -1)
  local texts = {}
  for from = 1, #ids, 100 do
    for _, json in ipairs(redis.call('HMGET', messages, unpack(ids, from, math.min(from + 99, #ids)))) do
      texts[#texts + 1] = json or ''
    end
  end
  local running = redis.call('HGET', turns, fields[5]) or ''
  local waiting = redis.call('HGET', turns, fields[6]) or ''
  local logged = running ~= '' and redis.call('HGETALL', log) or {}
  return { fields, running, waiting, texts, logged, redis.call('HKEYS', watchers), copied, edition }
end
