using System.Collections.Immutable;
using System.Net;

using Skerry.Agent.Adapters;
using Skerry.Gossip;
using Skerry.Manifest;

namespace Skerry.Agent.Tests.Adapters;

/// <summary>What members read in each other's tags of their parts in the manifest.</summary>
public sealed class ManifestTagTests
{
    [Fact]
    public void What_a_node_says_of_itself_is_what_others_read()
    {
        var self = new GroupServer("one", 0xabc, GroupRole.Observer, 3, 0xdef, "http://10.0.0.1:2379", IsAlive: true);
        Assert.Equal("observer,3,abc,def,10.0.0.1:2379", ManifestTag.Write(self));
        Assert.Equal(self, ManifestTag.Read(Member(ManifestTag.Write(self))));
        Assert.Equal("server,1,1,0", ManifestTag.Write(self with { Role = GroupRole.Server, Expect = 1, Id = 1, Cluster = 0, ClientUrl = "" }));
    }

    [Theory]
    [InlineData("server,3,abc,def", "10.0.0.1", "")]
    [InlineData("server,3,abc,def,nowhere", "10.0.0.1", "")]
    [InlineData("server,3,abc,def,10.0.0.9:2379", "10.0.0.1", "http://10.0.0.9:2379")]
    [InlineData("server,3,abc,def,[fd00::9]:2379,more", "10.0.0.1", "http://[fd00::9]:2379")]
    [InlineData("server,3,abc,def,0.0.0.0:2379", "10.0.0.1", "http://10.0.0.1:2379")]
    [InlineData("server,3,abc,def,[::]:2379", "10.0.0.1", "http://10.0.0.1:2379")]
    [InlineData("server,3,abc,def,127.0.0.1:2379", "10.0.0.1", "")]
    [InlineData("server,3,abc,def,127.0.0.1:2379", "127.0.0.1", "http://127.0.0.1:2379")]
    [InlineData("server,3,abc,def,10.0.0.9:0", "10.0.0.1", "")]
    public void A_door_is_known_where_it_can_be_reached(string tag, string node, string url) => Assert.Equal(url, ManifestTag.Read(Member(tag, node))!.ClientUrl);

    [Theory]
    [InlineData("server,3,abc")]
    [InlineData("server,0,abc,def")]
    [InlineData("server,3,0,def")]
    [InlineData("server,3,abc,xyz")]
    [InlineData("")]
    public void What_cannot_be_read_takes_no_part(string tag) => Assert.Null(ManifestTag.Read(Member(tag)));

    private static Member Member(string tag, string address = "10.0.0.1") => new(
        "one", new IPEndPoint(IPAddress.Parse(address), 7946), MemberStatus.Alive, ImmutableSortedDictionary<string, string>.Empty.Add(AgentTags.Manifest, tag), 1);
}
