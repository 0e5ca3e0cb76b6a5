using Skerry.Manifest.Core;

namespace Skerry.Manifest.Wire;

/// <summary>Commands of sessions to bytes and back.</summary>
internal static class SessionCodec
{
    public static void Write(CommandWriter target, object body)
    {
        switch (body)
        {
            case SessionBody made:
                target.Byte((byte)CommandKind.Session);
                WriteSession(target, made.Session);
                break;
            case EndSessionsBody end:
                target.Byte((byte)CommandKind.EndSessions);
                target.Flags(end.OnlyExpired);
                target.Number((ulong)end.Ids.Count);
                foreach (var id in end.Ids) target.Text(id);
                break;
            case RenewSessionBody renew:
                target.Byte((byte)CommandKind.RenewSession);
                target.Text(renew.Id);
                break;
            default: throw new ArgumentException($"{body.GetType().Name} is no command.", nameof(body));
        }
    }

    public static object? Read(ref CommandReader reader, CommandKind kind)
    {
        switch (kind)
        {
            case CommandKind.Session: return new SessionBody(ReadSession(ref reader));
            case CommandKind.EndSessions:
                var onlyExpired = reader.Byte() == 1;
                return new EndSessionsBody(onlyExpired, ReadTexts(ref reader));
            case CommandKind.RenewSession: return new RenewSessionBody(reader.Text());
            default: return null;
        }
    }

    /// <summary>What a client says of a session.</summary>
    public static void WriteSession(CommandWriter target, ManifestSession session)
    {
        target.Text(session.Id);
        target.Text(session.Name);
        target.Text(session.Node);
        target.Signed(session.LockDelay);
        target.Signed(session.Ttl);
        target.Number((ulong)session.Behavior);
        WriteTexts(target, session.Checks);
        WriteTexts(target, session.ServiceChecks);
    }

    private static ManifestSession ReadSession(ref CommandReader reader) => new()
    {
        Id = reader.Text(),
        Name = reader.Text(),
        Node = reader.Text(),
        LockDelay = reader.Signed(),
        Ttl = reader.Signed(),
        Behavior = (SessionBehavior)(int)reader.Number(),
        Checks = ReadTexts(ref reader),
        ServiceChecks = ReadTexts(ref reader),
    };

    private static void WriteTexts(CommandWriter target, IReadOnlyList<string> texts)
    {
        target.Number((ulong)texts.Count);
        foreach (var text in texts) target.Text(text);
    }

    private static List<string> ReadTexts(ref CommandReader reader)
    {
        var count = reader.Count();
        var texts = new List<string>();
        while (texts.Count < count && !reader.Failed) texts.Add(reader.Text());
        return texts;
    }
}
