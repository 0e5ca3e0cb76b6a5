using Skerry.Raft;

namespace Skerry.Manifest.Driver;

/// <summary>A command on its way into the log of the leader. Its answer comes out of the state; what is told here is that it has none.</summary>
/// <param name="command">Its bytes.</param>
/// <param name="number">Its number among its node's.</param>
/// <param name="refused">Hears of that.</param>
/// <param name="taken">Hears where it stands once it is applied; null: nobody asks.</param>
internal sealed class CommandProposal(ReadOnlyMemory<byte> command, ulong number, Action<ulong, ManifestError> refused, Action<ulong>? taken) : RaftProposal(command)
{
    public override void Complete(RaftResult result)
    {
        if (result.Error != RaftError.None) refused(number, ToError(result.Error));
        else taken?.Invoke(result.Index);
    }

    private static ManifestError ToError(RaftError error) => error switch
    {
        RaftError.NotLeader or RaftError.NotReady or RaftError.TransferUnderWay => ManifestError.NoLeader,
        RaftError.LeaderLost => ManifestError.LeaderChanged,
        RaftError.TooMuchInFlight => ManifestError.TooManyRequests,
        RaftError.TooLarge => ManifestError.RequestTooLarge,
        RaftError.DiskFull => ManifestError.DiskFull,
        _ => ManifestError.Stopped,
    };
}
