using Skerry.Raft;
using Skerry.Raft.Tests.Driver;

namespace Skerry.Manifest.Tests.Group;

/// <summary>A group of nodes on real disks and sockets; forwarding is a call.</summary>
internal sealed class ManifestGroup : IAsyncDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("skerry-test-").FullName;
    private int _toLose;

    public LoopbackNetwork Network { get; } = new();

    public List<GroupMember> Members { get; } = [];

    public GroupMember? Leader => Members.FirstOrDefault(member => member.Raft?.Status.IsLeader == true);

    public IEnumerable<GroupMember> Followers => Members.Where(member => member.IsUp && member != Leader);

    /// <summary>How long what is for observers gathers.</summary>
    public TimeSpan ObserverInterval { get; private init; }

    public static async Task<ManifestGroup> FoundAsync(int count, long snapshotBytes = 64 << 20, TimeSpan observerInterval = default)
    {
        var group = new ManifestGroup { ObserverInterval = observerInterval };
        for (var i = 1; i <= count; i++) await group.AddAsync($"n{i}", snapshotBytes);

        var founders = group.Members.Select(member => new RaftFounder(member.Raft!.Id, member.Name)).ToList();
        foreach (var member in group.Members) await member.Raft!.FoundAsync(founders, CancellationToken.None);
        await group.LeadAsync();
        return group;
    }

    public async Task<GroupMember> AddAsync(string name, long snapshotBytes = 64 << 20)
    {
        var member = new GroupMember(this, name, Path.Combine(_path, name));
        Members.Add(member);
        await member.StartAsync(snapshotBytes);
        return member;
    }

    public async Task<GroupMember> LeadAsync()
    {
        await Eventually.HoldsAsync(() => Leader is not null, Describe);
        return Leader ?? await LeadAsync();
    }

    /// <summary>All that are up have applied the same and have the same hash.</summary>
    public Task AgreeAsync() => Eventually.HoldsAsync(() => Members.Where(member => member.IsUp).Select(member => member.Node.StateHash).Distinct().Count() == 1, Describe);

    /// <summary>After the next forwarded commands the link is lost: nobody knows whether they arrived.</summary>
    public void LoseAnswers(int count) => _toLose = count;

    /// <summary>The way from a node to the leader.</summary>
    public ILeaderLink LinkOf(string from) => new Link(this, from);

    public string Describe() => string.Join('\n', Members);

    public async ValueTask DisposeAsync()
    {
        foreach (var member in Members) await member.DisposeAsync();
        Directory.Delete(_path, recursive: true);
    }

    private sealed class Link(ManifestGroup group, string from) : ILeaderLink
    {
        public event Action<ulong, ManifestError>? Refused;

        public event Action<string>? Lost;

        public void Forward(string node, ReadOnlyMemory<byte> command, ulong number)
        {
            var leader = group.Members.First(member => member.Name == node);
            if (leader.IsUp) leader.Log.Accept([(number, command.ToArray())], from, (refused, error) => Refused?.Invoke(refused, error));
            else Refused?.Invoke(number, ManifestError.NoLeader);
            if (Interlocked.Decrement(ref group._toLose) >= 0) Lost?.Invoke(node);
        }
    }
}
