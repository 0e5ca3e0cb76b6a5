using System.Buffers;
using System.Diagnostics.CodeAnalysis;

using Google.Protobuf;

using Skerry.Raft.Core;

namespace Skerry.Raft.Wire;

/// <summary>Messages as bytes (raft.proto) and back. Decoding never throws, and what it returns keeps every rule the core takes for granted of a message.</summary>
internal static class RaftCodec
{
    /// <summary>The bytes of a message.</summary>
    public static byte[] Encode(RaftMessage message)
    {
        var buffer = new ArrayBufferWriter<byte>();
        Write(message, buffer, headLength: 0);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes a message, behind room for a head.</summary>
    /// <param name="message">It.</param>
    /// <param name="target">Where to.</param>
    /// <param name="headLength">Bytes of the head.</param>
    /// <param name="head">Fills it in, given the message's length.</param>
    public static void Write(RaftMessage message, IBufferWriter<byte> target, int headLength, SpanAction<byte, int>? head = null)
    {
        if (message is Append append)
        {
            var length = AppendCodec.SizeOf(append, out var body);
            AppendCodec.Write(append, body, Begin(length));
            target.Advance(headLength + length);
            return;
        }

        var envelope = ToEnvelope(message);
        var size = envelope.CalculateSize();
        envelope.WriteTo(Begin(size));
        target.Advance(headLength + size);

        Span<byte> Begin(int length)
        {
            var room = target.GetSpan(headLength + length);
            head?.Invoke(room[..headLength], length);
            return room.Slice(headLength, length);
        }
    }

    /// <summary>Reads one message that fills <paramref name="source"/>.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> source, [NotNullWhen(true)] out RaftMessage? message, out DecodeError error)
    {
        message = null;
        error = DecodeError.TooLarge;
        if (source.Length > WireLimits.MaxMessageBytes) return false;
        try
        {
            message = FromEnvelope(RaftEnvelope.Parser.ParseFrom(source), out error);
        }
        catch (InvalidProtocolBufferException)
        {
            error = DecodeError.Malformed;
        }

        return message is not null;
    }

    /// <summary>A message as the schema's type; payloads are shared, not copied.</summary>
    public static RaftEnvelope ToEnvelope(RaftMessage message)
    {
        var envelope = new RaftEnvelope { From = message.From, To = message.To, Term = message.Term };
        switch (message)
        {
            case PreVote m:
                envelope.PreVote = new VoteBody { LastIndex = m.LastIndex, LastTerm = m.LastTerm };
                break;
            case PreVoteResponse m:
                envelope.PreVoteResponse = new PreVoteResponseBody { Asked = m.Asked, IsGranted = m.IsGranted };
                break;
            case Vote m:
                envelope.Vote = new VoteBody { LastIndex = m.LastIndex, LastTerm = m.LastTerm, IsTransfer = m.IsTransfer };
                break;
            case VoteResponse m:
                envelope.VoteResponse = m.IsGranted;
                break;
            case Append m:
                envelope.Append = new AppendBody { PreviousIndex = m.PreviousIndex, PreviousTerm = m.PreviousTerm, Commit = m.Commit, Round = m.Round };
                foreach (var entry in m.Entries) envelope.Append.Entries.Add(EntryCodec.ToBody(entry));
                break;
            case AppendResponse m:
                envelope.AppendResponse = new AppendResponseBody { IsTaken = m.IsTaken, Match = m.Match, HintIndex = m.HintIndex, HintTerm = m.HintTerm, Round = m.Round };
                break;
            case Heartbeat m:
                envelope.Heartbeat = new HeartbeatBody { Commit = m.Commit, Round = m.Round };
                break;
            case HeartbeatResponse m:
                envelope.HeartbeatResponse = m.Round;
                break;
            case TimeoutNow:
                envelope.TimeoutNow = true;
                break;
            case SnapshotChunk m:
                envelope.SnapshotChunk = new SnapshotChunkBody
                {
                    Meta = EntryCodec.ToBody(m.Meta),
                    Offset = (ulong)m.Offset,
                    Data = UnsafeByteOperations.UnsafeWrap(m.Data),
                    IsLast = m.IsLast,
                };
                break;
            case SnapshotResponse m:
                envelope.SnapshotResponse = new SnapshotResponseBody { Index = m.Index, Offset = (ulong)m.Offset, Received = (ulong)m.Received, IsInstalled = m.IsInstalled };
                break;
            case ReadRequest m:
                envelope.ReadRequest = new ReadRequestBody { Id = m.Id, Mode = (uint)m.Mode };
                break;
            case ReadResponse m:
                envelope.ReadResponse = new ReadResponseBody { Id = m.Id, Index = m.Index };
                break;
        }

        return envelope;
    }

    private static RaftMessage? FromEnvelope(RaftEnvelope envelope, out DecodeError error)
    {
        error = DecodeError.None;
        var (from, to, term) = (envelope.From, envelope.To, envelope.Term);
        switch (envelope.BodyCase)
        {
            case RaftEnvelope.BodyOneofCase.PreVote when envelope.PreVote is var m:
                return new PreVote(from, to, term, m.LastIndex, m.LastTerm);
            case RaftEnvelope.BodyOneofCase.PreVoteResponse when envelope.PreVoteResponse is var m:
                return new PreVoteResponse(from, to, term, m.Asked, m.IsGranted);
            case RaftEnvelope.BodyOneofCase.Vote when envelope.Vote is var m:
                return new Vote(from, to, term, m.LastIndex, m.LastTerm, m.IsTransfer);
            case RaftEnvelope.BodyOneofCase.VoteResponse:
                return new VoteResponse(from, to, term, envelope.VoteResponse);
            case RaftEnvelope.BodyOneofCase.Append:
                return ReadAppend(envelope, out error);
            case RaftEnvelope.BodyOneofCase.AppendResponse when envelope.AppendResponse is var m:
                return new AppendResponse(from, to, term, m.IsTaken, m.Match, m.HintIndex, m.HintTerm, m.Round);
            case RaftEnvelope.BodyOneofCase.Heartbeat when envelope.Heartbeat is var m:
                return new Heartbeat(from, to, term, m.Commit, m.Round);
            case RaftEnvelope.BodyOneofCase.HeartbeatResponse:
                return new HeartbeatResponse(from, to, term, envelope.HeartbeatResponse);
            case RaftEnvelope.BodyOneofCase.TimeoutNow:
                return new TimeoutNow(from, to, term);
            case RaftEnvelope.BodyOneofCase.SnapshotChunk:
                return ReadChunk(envelope, out error);
            case RaftEnvelope.BodyOneofCase.SnapshotResponse when envelope.SnapshotResponse is var m:
                if (m.Offset <= long.MaxValue && m.Received <= long.MaxValue) return new SnapshotResponse(from, to, term, m.Index, (long)m.Offset, (long)m.Received, m.IsInstalled);
                break;
            case RaftEnvelope.BodyOneofCase.ReadRequest when envelope.ReadRequest is var m:
                if (m.Mode <= (uint)ReadMode.Lease) return new ReadRequest(from, to, term, m.Id, (ReadMode)m.Mode);
                break;
            case RaftEnvelope.BodyOneofCase.ReadResponse when envelope.ReadResponse is var m:
                return new ReadResponse(from, to, term, m.Id, m.Index);
            default:
                error = DecodeError.UnknownBody;
                return null;
        }

        error = DecodeError.Inconsistent;
        return null;
    }

    private static Append? ReadAppend(RaftEnvelope envelope, out DecodeError error)
    {
        var body = envelope.Append;
        error = DecodeError.LimitExceeded;
        if (body.Entries.Count > WireLimits.MaxEntries) return null;
        error = DecodeError.Inconsistent;
        // No overflow of indexes: nobody writes 2^62 entries.
        if (body.PreviousIndex > ulong.MaxValue / 4 || body.PreviousTerm > envelope.Term) return null;
        var entries = new RaftEntry[body.Entries.Count];
        var term = body.PreviousTerm;
        for (var i = 0; i < entries.Length; i++)
        {
            error = DecodeError.Inconsistent;
            if (body.Entries[i].Term < term || body.Entries[i].Term > envelope.Term) return null;
            if (EntryCodec.FromBody(body.Entries[i], body.PreviousIndex + 1 + (ulong)i, out error) is not { } entry) return null;
            term = entry.Term;
            entries[i] = entry;
        }

        error = DecodeError.None;
        return new Append(envelope.From, envelope.To, envelope.Term, body.PreviousIndex, body.PreviousTerm, entries, body.Commit, body.Round);
    }

    private static SnapshotChunk? ReadChunk(RaftEnvelope envelope, out DecodeError error)
    {
        var body = envelope.SnapshotChunk;
        error = DecodeError.Inconsistent;
        if (body.Meta is null || body.Offset > long.MaxValue / 2 || body.Meta.Term > envelope.Term) return null;
        if (EntryCodec.FromBody(body.Meta, out error) is not { } meta) return null;
        return new SnapshotChunk(envelope.From, envelope.To, envelope.Term, meta, (long)body.Offset, body.Data.Memory, body.IsLast);
    }
}
