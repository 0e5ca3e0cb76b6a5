using Skerry.Agent.Composition;

namespace Skerry.Agent.Tests.Composition;

public sealed class NodeIdentityTests
{
    [Fact]
    public void The_id_stays_with_its_directory()
    {
        using var place = new TestPlace();
        var first = NodeIdentity.Load(place.Directory, _ => Assert.Fail("nothing to set aside"));
        Assert.Equal(first, NodeIdentity.Load(place.Directory, _ => Assert.Fail("nothing to set aside")));
        Assert.True(Guid.TryParse(first, out _));
    }

    [Fact]
    public void Without_a_directory_each_life_has_an_id_of_its_own() =>
        Assert.NotEqual(NodeIdentity.Load(null, _ => { }), NodeIdentity.Load(null, _ => { }));

    [Theory]
    [InlineData("")]
    [InlineData("86bf3b94-7d09-4010")]
    [InlineData("\0\0\0\0")]
    public void A_damaged_file_is_set_aside_and_said_so(string content)
    {
        using var place = new TestPlace();
        File.WriteAllText(place.File("node-id"), content);
        string? aside = null;
        var id = NodeIdentity.Load(place.Directory, file => aside = file);
        Assert.Equal(content, File.ReadAllText(aside!));
        Assert.Equal(id, NodeIdentity.Load(place.Directory, _ => Assert.Fail("the new one is sound")));
    }
}
