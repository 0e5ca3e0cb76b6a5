using System.Text;

namespace Skerry.Replication.Core;

/// <summary>What a record takes in a message: part of the rule that fills messages.</summary>
internal static class ReplicationSize
{
    /// <summary>Three lengths in front of texts, version, state, length or age.</summary>
    private const int Overhead = (3 * 2) + 8 + 1 + 4;

    /// <summary>Bytes the codec writes.</summary>
    public static int Of(Record record) =>
        Overhead + Encoding.UTF8.GetByteCount(record.Owner) + Encoding.UTF8.GetByteCount(record.Kind) + Encoding.UTF8.GetByteCount(record.Id) + (record.Payload?.Length ?? 0);
}
