using System.Globalization;
using System.Text;

using Skerry.Raft;

namespace Skerry.Manifest.Driver.Group;

/// <summary>
/// Members that an operator has changed: what he said stands over what their nodes are configured to be, so the autopilot leaves them as they are. Kept in the key space, by the member's id: a node
/// with a new disk begins anew.
/// </summary>
/// <param name="node">The manifest.</param>
internal sealed class MemberPins(ManifestNode node)
{
    private const string Prefix = "_skerry/autopilot/members/";

    /// <summary>Who was changed so, as this node knows it.</summary>
    public async ValueTask<IReadOnlySet<ulong>> ReadAsync(CancellationToken cancellation)
    {
        var result = await node.RangeAsync(new RangeOp { Range = KeyRange.Prefix(Encoding.UTF8.GetBytes(Prefix)), KeysOnly = true, IsSerializable = true }, cancellation);
        var pins = new HashSet<ulong>();
        if (result is not RangeResult { IsDone: true } range) return pins;
        foreach (var entry in range.Entries)
        {
            if (ulong.TryParse(Encoding.UTF8.GetString(entry.Key.Span)[Prefix.Length..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id)) pins.Add(id);
        }

        return pins;
    }

    /// <summary>Notes that an operator has changed a member.</summary>
    public async Task<ManifestError> SetAsync(ulong id, RaftMemberChangeKind what, CancellationToken cancellation) =>
        (await node.ExecuteAsync(new PutOp { Key = KeyOf(id), Value = Encoding.UTF8.GetBytes(what.ToString()) }, cancellation)).Error;

    /// <summary>The autopilot may change the member again.</summary>
    public async Task<ManifestError> ClearAsync(ulong id, CancellationToken cancellation) =>
        (await node.ExecuteAsync(new DeleteOp { Range = new KeyRange(KeyOf(id), default) }, cancellation)).Error;

    private static byte[] KeyOf(ulong id) => Encoding.UTF8.GetBytes(Prefix + id.ToString("x16", CultureInfo.InvariantCulture));
}
