using System.Text;

namespace Skerry.Replication.Core;

/// <summary>What a record takes in a message: part of the rule that fills datagrams.</summary>
internal static class ReplicationSize
{
    /// <summary>Version, flag and the lengths in front of the parts, at their longest.</summary>
    private const int Overhead = 8 + 1 + 2 + 2 + 2 + 4;

    /// <summary>Bytes, never less than the codec writes.</summary>
    public static int Of(Record record) =>
        Overhead + Encoding.UTF8.GetByteCount(record.Owner) + Encoding.UTF8.GetByteCount(record.Kind) + Encoding.UTF8.GetByteCount(record.Id) + (record.Payload?.Length ?? 0);
}
