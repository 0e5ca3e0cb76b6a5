using Skerry.Manifest.Core;

using static Skerry.Manifest.Tests.Ops;

namespace Skerry.Manifest.Tests.Core;

/// <summary>Sessions and locks with Consul's behaviours, every deadline in the log.</summary>
public sealed class SessionTests
{
    private readonly ManifestMachine _machine = new();

    [Fact]
    public void A_lock_is_taken_once_and_counted_by_its_fencing_token()
    {
        Create("one");
        Create("two");
        Assert.Equal(1, Assert.IsType<LockResult>(Lock("door", "one")).LockIndex);
        Assert.Equal(ManifestError.LockHeld, Lock("door", "two").Error);
        // The holder may write on, and that is no new lock.
        Assert.Equal(1, Assert.IsType<LockResult>(Lock("door", "one", "again")).LockIndex);
        Assert.Equal(("again", "one", 1L), (Value("door"), Facts("door")?.Session, Facts("door")?.LockIndex ?? 0));
        Assert.Equal(ManifestError.LockNotHeld, Unlock("door", "two").Error);
        Assert.True(Unlock("door", "one").IsDone);
        Assert.Null(Facts("door")!.Session);
        // What is let go freely can be taken at once.
        Assert.Equal(2, Assert.IsType<LockResult>(Lock("door", "two")).LockIndex);
    }

    [Fact]
    public void A_lock_needs_a_session_that_is_there()
    {
        Assert.Equal(ManifestError.SessionNotFound, Lock("door", "nobody").Error);
        Assert.Equal(ManifestError.SessionNotFound, _machine.Apply(new RenewSessionBody("nobody")).Error);
        Assert.True(_machine.Apply(new EndSessionsBody(false, ["nobody"])).IsDone);
        Create("one");
        Assert.Equal(ManifestError.SessionExists, Create("one").Error);
        Assert.Equal(ManifestError.Malformed, Create("two", ttl: 5).Error);
        Assert.Equal(1, _machine.Keys.Revision);
    }

    [Fact]
    public void Plain_writes_pass_locks_by_and_leave_them_as_they_are()
    {
        Create("one");
        Lock("door", "one");
        _machine.Apply(new PutOp { Key = Bytes("door"), Value = Bytes("written"), Flags = 42 });
        Assert.Equal(new KeyFacts(42, 1, "one"), Facts("door"));
        _machine.Apply(Put("door", "again"));
        Assert.Equal(new KeyFacts(42, 1, "one"), Facts("door"));
        _machine.Apply(Delete("door"));
        _machine.Apply(Put("door", "new"));
        Assert.Null(Facts("door"));
        _machine.Apply(new EndSessionsBody(false, ["one"]));
        Assert.Equal("new", Value("door"));
    }

    [Theory]
    [InlineData(SessionBehavior.Release, "a b c")]
    [InlineData(SessionBehavior.Delete, "c")]
    public void The_end_of_a_session_lets_go_or_deletes_all_its_keys_in_one_revision(SessionBehavior behavior, string left)
    {
        _machine.Apply(new SessionBody(new ManifestSession { Id = "one", Behavior = behavior }));
        Lock("b", "one");
        Lock("a", "one");
        _machine.Apply(Put("c", ""));
        Assert.Equal(5, _machine.Apply(new EndSessionsBody(false, ["one"])).Revision);
        Assert.Equal(left, _machine.Read(GetAll()).Keys());
        var events = _machine.Keys.Events;
        Assert.Equal(("a", "b", 5), (Text(events[3].Record.Key), Text(events[4].Record.Key), events[3].Version.ModRevision));
    }

    [Fact]
    public void After_a_session_has_ended_its_locks_stay_closed_for_the_delay_of_the_log()
    {
        Create("one");
        Create("two");
        Lock("door", "one");
        _machine.Apply(new EndSessionsBody(false, ["one"]), stamp: 1000);
        Assert.Equal(ManifestError.LockDelayed, Lock("door", "two").Error);
        // A new leader, from a snapshot: the delay goes on.
        var successor = _machine.Copy(out _);
        Assert.Equal(ManifestError.LockDelayed, successor.Apply(new LockOp { Key = Bytes("door"), Session = "two" }, stamp: 15_999).Error);
        Assert.True(successor.Apply(new LockOp { Key = Bytes("door"), Session = "two" }, stamp: 16_000).IsDone);
        Assert.Empty(successor.Sessions.Delays);
    }

    [Fact]
    public void A_session_ends_after_twice_its_time_and_lives_on_when_renewed()
    {
        Create("one", ttl: 10);
        Lock("door", "one");
        _machine.Apply(new EndSessionsBody(true, ["one"]), stamp: 19_999);
        Assert.Equal("one", Facts("door")!.Session);
        _machine.Apply(new RenewSessionBody("one"), stamp: 19_999);
        _machine.Apply(new EndSessionsBody(true, ["one"]), stamp: 39_998);
        Assert.Equal(39_999, _machine.NextDeadline);
        _machine.Apply(new EndSessionsBody(true, _machine.Sessions.Expired(39_999, 10)), stamp: 39_999);
        Assert.Null(Facts("door")!.Session);
        Assert.Equal(0, _machine.Sessions.Count);
    }

    [Fact]
    public void A_refused_lock_fails_the_whole_transaction()
    {
        Create("one");
        Create("two");
        Lock("door", "one");
        var txn = new TxnOp { Success = [Put("beside", "1"), new LockOp { Key = Bytes("door"), Session = "two" }] };
        Assert.Equal(ManifestError.LockHeld, _machine.Apply(txn).Error);
        Assert.Equal("door", _machine.Read(GetAll()).Keys());
        Assert.Equal(ManifestError.DuplicateKey, OpRules.Check(new TxnOp { Success = [Put("door", "1"), new LockOp { Key = Bytes("door"), Session = "one" }] }));
    }

    [Fact]
    public void A_key_on_a_lease_and_in_a_session_goes_with_whichever_ends_first()
    {
        _machine.Apply(new GrantBody(5, 60));
        Create("one");
        _machine.Apply(Put("door", "", lease: 5));
        Lock("door", "one");
        _machine.Apply(new RevokeBody(5));
        Assert.True(_machine.Apply(new EndSessionsBody(false, ["one"])).IsDone);
        Assert.Equal("", _machine.Read(GetAll()).Keys());
    }

    private ManifestResult Create(string id, long ttl = 0) => _machine.Apply(new SessionBody(new ManifestSession { Id = id, Ttl = ttl }));

    private ManifestResult Lock(string key, string session, string value = "") => _machine.Apply(new LockOp { Key = Bytes(key), Session = session, Value = Bytes(value) });

    private ManifestResult Unlock(string key, string session) => _machine.Apply(new LockOp { Key = Bytes(key), Session = session, IsRelease = true });

    private KeyFacts? Facts(string key) => _machine.Read(Get(key)).Entries[0].Facts;

    private string Value(string key) => Text(_machine.Read(Get(key)).Entries[0].Value);
}
