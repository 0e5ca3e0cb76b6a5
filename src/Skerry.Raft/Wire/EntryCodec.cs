using System.Diagnostics.CodeAnalysis;

using Google.Protobuf;

using Skerry.Raft.Core;

namespace Skerry.Raft.Wire;

/// <summary>Entries, term and vote, and what a snapshot stands for: as parts of messages, and as the payload of what is on disk (raft.proto). Decoding never throws.</summary>
internal static class EntryCodec
{
    /// <summary>An entry for the log on disk; its index is the log's to keep.</summary>
    public static byte[] Encode(RaftEntry entry) => ToBody(entry).ToByteArray();

    /// <summary>Term and vote of a member, for the log's small state.</summary>
    public static byte[] Encode(ulong id, HardState state) => new StateBody { Id = id, Term = state.Term, Vote = state.Vote }.ToByteArray();

    /// <summary>What a snapshot stands for, for the head of its file.</summary>
    public static byte[] Encode(SnapshotMeta meta) => ToBody(meta).ToByteArray();

    /// <summary>Reads an entry from the log on disk.</summary>
    public static bool TryDecodeEntry(ulong index, ReadOnlySpan<byte> source, [NotNullWhen(true)] out RaftEntry? entry)
    {
        entry = Parse(EntryBody.Parser, source) is { } body ? FromBody(body, index, out _) : null;
        return entry is not null;
    }

    /// <summary>Reads term and vote, and whose they are.</summary>
    public static bool TryDecodeState(ReadOnlySpan<byte> source, out ulong id, out HardState state)
    {
        var body = Parse(StateBody.Parser, source);
        (id, state) = body is null ? (0, default) : (body.Id, new HardState(body.Term, body.Vote));
        return id != 0;
    }

    /// <summary>Reads what a snapshot stands for.</summary>
    public static bool TryDecodeMeta(ReadOnlySpan<byte> source, [NotNullWhen(true)] out SnapshotMeta? meta)
    {
        meta = Parse(SnapshotMetaBody.Parser, source) is { } body ? FromBody(body, out _) : null;
        return meta is not null;
    }

    internal static EntryBody ToBody(RaftEntry entry)
    {
        var body = new EntryBody { Term = entry.Term, Kind = (uint)entry.Kind };
        if (!entry.Data.IsEmpty) body.Data = UnsafeByteOperations.UnsafeWrap(entry.Data);
        if (entry.Configuration is not null) body.Configuration = ToBody(entry.Configuration);
        return body;
    }

    internal static SnapshotMetaBody ToBody(SnapshotMeta meta) => new() { Index = meta.Index, Term = meta.Term, Configuration = ToBody(meta.Configuration) };

    internal static RaftEntry? FromBody(EntryBody body, ulong index, out DecodeError error)
    {
        error = DecodeError.None;
        switch ((EntryKind)body.Kind)
        {
            case EntryKind.Empty when body.Data.IsEmpty && body.Configuration is null:
                return RaftEntry.Empty(index, body.Term);
            case EntryKind.Command when body.Configuration is null:
                return RaftEntry.Command(index, body.Term, body.Data.Memory);
            case EntryKind.Configuration when body.Data.IsEmpty && body.Configuration is not null:
                return FromBody(body.Configuration, out error) is { } configuration ? RaftEntry.Change(index, body.Term, configuration) : null;
            default:
                error = DecodeError.Inconsistent;
                return null;
        }
    }

    internal static SnapshotMeta? FromBody(SnapshotMetaBody body, out DecodeError error)
    {
        error = DecodeError.Inconsistent;
        if (body.Configuration is null || body.Index == 0 || body.Index > ulong.MaxValue / 4) return null;
        return FromBody(body.Configuration, out error) is { } configuration ? new SnapshotMeta(body.Index, body.Term, configuration) : null;
    }

    private static ConfigurationBody ToBody(RaftConfiguration configuration)
    {
        var body = new ConfigurationBody();
        foreach (var member in configuration.Members) body.Members.Add(new MemberBody { Id = member.Id, Name = member.Name, Role = (uint)member.Role });
        return body;
    }

    /// <summary>Members stand in the order of their ids, none twice.</summary>
    private static RaftConfiguration? FromBody(ConfigurationBody body, out DecodeError error)
    {
        error = DecodeError.LimitExceeded;
        if (body.Members.Count > WireLimits.MaxMembers) return null;
        var last = 0UL;
        var members = new RaftMember[body.Members.Count];
        for (var i = 0; i < members.Length; i++)
        {
            var member = body.Members[i];
            error = DecodeError.LimitExceeded;
            if (member.Name.Length > WireLimits.MaxName) return null;
            error = DecodeError.Inconsistent;
            if (member.Id <= last || member.Role > (uint)MemberRole.Demoting) return null;
            last = member.Id;
            members[i] = new RaftMember(member.Id, member.Name, (MemberRole)member.Role);
        }

        error = DecodeError.None;
        return new RaftConfiguration(members);
    }

    private static T? Parse<T>(MessageParser<T> parser, ReadOnlySpan<byte> source)
        where T : class, IMessage<T>
    {
        try
        {
            return parser.ParseFrom(source);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
