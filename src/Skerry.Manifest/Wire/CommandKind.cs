namespace Skerry.Manifest.Wire;

/// <summary>What a command does; the numbers are in logs and stay.</summary>
internal enum CommandKind : byte
{
    Range = 1,
    Put = 2,
    Delete = 3,
    Txn = 4,
    Compact = 5,
    Grant = 6,
    Revoke = 7,
    Renew = 8,
    Expire = 9,
    Alarm = 10,
    Lock = 11,
    Session = 12,
    EndSessions = 13,
    RenewSession = 14,
    Sequence = 15,
    RestorePart = 20,
}
