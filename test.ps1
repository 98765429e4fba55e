#!/usr/bin/env pwsh
<#
.SYNOPSIS
Builds, and runs all tests: the twin of test.sh for Windows.

.DESCRIPTION
  ./test.ps1          every test project
  ./test.ps1 quick    tests/Pawl.Tests alone, built alone

Ends with "N passed, N failed, N skipped" alone on the last line, and with 0 only if all is well. A step that fails before or around
the tests (no SDK, a restore, a build, a project without a test) counts as one failed.
#>
param([ValidateSet('', 'quick')][string] $What = '')

Set-StrictMode -Version Latest
Set-Location $PSScriptRoot
$env:DOTNET_NOLOGO = '1'
$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'
$env:TESTINGPLATFORM_TELEMETRY_OPTOUT = '1'
$results = 'artifacts/test-results'
$script:passed = 0
$script:failed = 0
$script:skipped = 0

function Complete-Run {
    Write-Host ''
    Write-Host "$script:passed passed, $script:failed failed, $script:skipped skipped"
    exit [int]($script:failed -ne 0 -or $script:passed -eq 0)
}

function Add-Failure([string] $message) {
    Write-Host "test.ps1: $message"
    $script:failed++
}

function Invoke-Step([string[]] $arguments) {
    Write-Host ''
    Write-Host "== dotnet $arguments"
    & dotnet @arguments | Out-Host
    return $LASTEXITCODE
}

function Invoke-Tests([string] $project) {
    if (-not (Get-ChildItem (Split-Path $project) -Recurse -Filter *.cs)) {
        Write-Host "$project holds no test yet."
        return
    }

    $name = [IO.Path]::GetFileNameWithoutExtension($project)
    $report = "$results/$name.xml"
    Remove-Item $report -ErrorAction Ignore
    $code = Invoke-Step @(
        'test', '--project', $project, '--no-build', '--results-directory', $results,
        '--report-xunit', '--report-xunit-filename', "$name.xml",
        '--', '--filter-not-trait', 'run=full', '--filter-not-trait', 'run=sweep')
    if (-not (Test-Path $report)) {
        Add-Failure "$name left no report (exit code $code)."
        return
    }

    $run = ([xml](Get-Content $report -Raw)).SelectSingleNode('/assemblies/assembly')
    $bad = [int]$run.GetAttribute('failed') + [int]$run.GetAttribute('errors')
    $script:passed += [int]$run.GetAttribute('passed')
    $script:failed += $bad
    $script:skipped += [int]$run.GetAttribute('skipped') + [int]$run.GetAttribute('not-run')
    if ([int]$run.GetAttribute('total') -eq 0) {
        Add-Failure "$name ran no test."
    }
    elseif ($code -ne 0 -and $bad -eq 0) {
        Add-Failure "$name ended with exit code $code although no test failed."
    }
}

foreach ($tool in 'dotnet', 'git') {
    if (-not (Get-Command $tool -ErrorAction Ignore)) {
        Add-Failure "$tool is missing. The tests need the .NET 10 SDK (https://dot.net/download) and git on the PATH."
        Complete-Run
    }
}

dotnet --version > $null 2>&1
if ($LASTEXITCODE -ne 0) {
    Add-Failure "dotnet is here, but no .NET 10 SDK: $(dotnet --list-sdks). Install it from https://dot.net/download."
    Complete-Run
}

$target = if ($What -eq 'quick') { 'tests/Pawl.Tests' } else { 'Pawl.slnx' }
$projects = if ($What -eq 'quick') {
    'tests/Pawl.Tests/Pawl.Tests.csproj'
}
else {
    Resolve-Path -Relative 'tests/*.Tests/*.csproj', 'tests/Pawl.Tidy/*.csproj'
}

if ((Invoke-Step @('restore', $target, '--locked-mode')) -ne 0) {
    Add-Failure 'the restore failed.'
    Complete-Run
}

if ((Invoke-Step @('build', $target, '--no-restore')) -ne 0) {
    Add-Failure 'the build failed.'
    Complete-Run
}

if ($env:CI -eq 'true' -and $What -eq '' -and (Invoke-Step @('format', '--verify-no-changes', '--no-restore')) -ne 0) {
    Add-Failure 'dotnet format would change something.'
}

foreach ($project in $projects) {
    Invoke-Tests $project
}

Complete-Run
